import { CronWorkflow, Workflow, WorkflowTemplate } from '@kubernetes-models/argo-workflows/argoproj.io/v1alpha1';
import { Deployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { CronJob, Job } from 'kubernetes-models/batch/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { Role, RoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import { ConfigMap, PersistentVolumeClaim, Secret, Service, ServiceAccount } from 'kubernetes-models/v1';
import type { z } from 'zod';
import { AppError } from '../../shared/errors/app-error.ts';
import type { KubernetesObject } from './bundle.ts';
import { inferenceGraphSchema, inferenceServiceSchema, servingRuntimeSchema } from './kserve/schemas.ts';
import {
  podMonitorSchema,
  prometheusRuleSchema,
  scaledObjectSchema,
  serviceMonitorSchema,
} from './monitoring/schemas.ts';
import { rayJobSchema, rayServiceSchema } from './ray/schemas.ts';

/** The generated classes check themselves against the API's schemas. */
const models: Record<string, (object: never) => { validate(): void }> = {
  'apps/v1 Deployment': (object) => new Deployment(object),
  'argoproj.io/v1alpha1 CronWorkflow': (object) => new CronWorkflow(object),
  'argoproj.io/v1alpha1 Workflow': (object) => new Workflow(object),
  'argoproj.io/v1alpha1 WorkflowTemplate': (object) => new WorkflowTemplate(object),
  'autoscaling/v2 HorizontalPodAutoscaler': (object) => new HorizontalPodAutoscaler(object),
  'batch/v1 CronJob': (object) => new CronJob(object),
  'batch/v1 Job': (object) => new Job(object),
  'networking.k8s.io/v1 NetworkPolicy': (object) => new NetworkPolicy(object),
  'policy/v1 PodDisruptionBudget': (object) => new PodDisruptionBudget(object),
  'rbac.authorization.k8s.io/v1 Role': (object) => new Role(object),
  'rbac.authorization.k8s.io/v1 RoleBinding': (object) => new RoleBinding(object),
  'v1 ConfigMap': (object) => new ConfigMap(object),
  'v1 PersistentVolumeClaim': (object) => new PersistentVolumeClaim(object),
  'v1 Secret': (object) => new Secret(object),
  'v1 Service': (object) => new Service(object),
  'v1 ServiceAccount': (object) => new ServiceAccount(object),
};

/** Kinds without a package: exactly the fields that bundles hold. */
const schemas: Record<string, z.ZodType> = {
  'keda.sh/v1alpha1 ScaledObject': scaledObjectSchema,
  'monitoring.coreos.com/v1 PodMonitor': podMonitorSchema,
  'monitoring.coreos.com/v1 PrometheusRule': prometheusRuleSchema,
  'monitoring.coreos.com/v1 ServiceMonitor': serviceMonitorSchema,
  'ray.io/v1 RayJob': rayJobSchema,
  'ray.io/v1 RayService': rayServiceSchema,
  'serving.kserve.io/v1alpha1 ServingRuntime': servingRuntimeSchema,
  'serving.kserve.io/v1alpha1 InferenceGraph': inferenceGraphSchema,
  'serving.kserve.io/v1beta1 InferenceService': inferenceServiceSchema,
};

/** Checks every object against its schema before anything is written. Throws `export.invalid-object`. */
export function validateObjects(objects: readonly KubernetesObject[]): void {
  for (const object of objects) {
    const type = `${object.apiVersion} ${object.kind}`;
    const name = `${object.kind} ${object.metadata.name}`;
    try {
      const schema = schemas[type];
      const create = models[type];
      if (schema !== undefined) schema.parse(object);
      else if (create !== undefined) create(object as never).validate();
      else throw new TypeError('there is no schema for it');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new AppError('export.invalid-object', `${name} does not satisfy its schema: ${reason}`, { cause: error });
    }
  }
}
