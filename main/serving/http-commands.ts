import { AppError } from '../../shared/errors/app-error.ts';
import { readExplainRequest } from './explain/explain-service.ts';
import { readFeedback } from './feedback-store.ts';
import { type Answer, emptyAnswer, json } from './http-answer.ts';
import { trafficJson } from './http-queries.ts';
import { isRecord } from './is-record.ts';
import { parseJsonBody } from './json-body.ts';
import { readLoadParameters } from './model-repository.ts';
import type { Route } from './routes.ts';
import type { ServingContext } from './serving-context.ts';
import { readTrafficRule } from './traffic.ts';

/** Routes with a body that change or list what is served, and take labels. */
export async function answerCommand(
  context: ServingContext,
  route: Route,
  body: Buffer,
  signal: AbortSignal,
): Promise<Answer> {
  const { repository, settings, models } = context;
  switch (route.kind) {
    case 'repository-index': {
      const { ready } = optionalObject(body);
      if (ready !== undefined && typeof ready !== 'boolean') {
        throw new AppError('request.invalid', '"ready" is not true or false.');
      }
      return json(200, await repository.index(ready === true));
    }
    case 'repository-load':
      await repository.load(route.model, readLoadParameters(optionalObject(body)['parameters']));
      return emptyAnswer();
    case 'repository-unload':
      // One model never depends on another here, so `unload_dependents` changes nothing.
      optionalObject(body);
      await repository.unload(route.model);
      return emptyAnswer();
    case 'logging':
      settings.setLogging(optionalObject(body));
      return json(200, settings.logging());
    case 'trace':
      if (route.model !== undefined) models.find(route.model, route.version);
      settings.setTrace(optionalObject(body));
      return json(200, settings.trace());
    case 'traffic': {
      const versions = models.versions(route.model).map((model) => model.version);
      const traffic = models.trafficOf(route.model);
      traffic.set(
        readTrafficRule(
          parseJsonBody(body, () => false),
          versions,
        ),
      );
      return json(200, trafficJson(models, route.model));
    }
    case 'rollback':
      if (!models.trafficOf(route.model).rollback()) {
        throw new AppError('request.invalid', `The traffic of model "${route.model}" was never changed.`);
      }
      return json(200, trafficJson(models, route.model));
    case 'feedback': {
      const entries = readFeedback(
        parseJsonBody(body, () => false),
        (name) => models.findOrOnly(name),
      );
      await context.feedback.add(entries, Date.now());
      return json(200, { stored: entries.length });
    }
    case 'explain': {
      const model = models.pick(route.model, route.version, undefined);
      return json(200, await context.explanations.explain(model, readExplainRequest(body), signal));
    }
    case 'features':
      return { status: 200, contentType: 'application/json', body: await context.features.answer(route.action, body) };
    case 'live':
    case 'ready':
    case 'server':
    case 'metrics':
    case 'model-list':
    case 'openapi':
    case 'statistics':
    case 'model':
    case 'model-ready':
    case 'config':
    case 'infer':
    case 'predict':
    case 'feature-views':
      throw new Error(`${route.kind} is no command`);
  }
}

/** An empty body counts as {}. */
function optionalObject(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  const parsed = parseJsonBody(body, () => false);
  if (isRecord(parsed)) return parsed;
  throw new AppError('request.invalid', 'The request body is not a JSON object.');
}
