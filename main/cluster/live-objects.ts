/** The parts of the API's objects that status is read from. */

interface Metadata {
  uid: string;
  name: string;
  creationTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export interface ContainerStatus {
  name: string;
  restartCount?: number;
  state?: {
    waiting?: { reason?: string; message?: string };
    running?: { startedAt?: string };
    terminated?: {
      exitCode: number;
      reason?: string;
      message?: string;
      startedAt?: string;
      finishedAt?: string;
    };
  };
}

export interface LivePod {
  metadata: Metadata;
  status?: {
    phase?: string;
    reason?: string;
    message?: string;
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
    initContainerStatuses?: ContainerStatus[];
    containerStatuses?: ContainerStatus[];
  };
}

export interface LiveEvent {
  metadata: Metadata;
  involvedObject: { kind?: string; name?: string };
  type?: string;
  reason?: string;
  message?: string;
  count?: number;
  lastTimestamp?: string | null;
  eventTime?: string | null;
}

export interface LiveJob {
  metadata: Metadata;
  status?: {
    active?: number;
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
  };
}

export interface LiveWorkflow {
  metadata: Metadata;
  status?: {
    phase?: string;
    message?: string;
    nodes?: Record<
      string,
      { type?: string; displayName?: string; phase?: string; message?: string; startedAt?: string; finishedAt?: string }
    >;
  };
}

export interface LiveDeployment {
  metadata: Metadata;
  spec?: { replicas?: number };
  status?: {
    availableReplicas?: number;
    updatedReplicas?: number;
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
  };
}
