/** The user and group of the engine image. */
const engineUser = 10001;

/** Pod level of the Pod Security Standard *restricted*. */
export const restrictedPod = {
  runAsNonRoot: true,
  runAsUser: engineUser,
  runAsGroup: engineUser,
  fsGroup: engineUser,
  fsGroupChangePolicy: 'OnRootMismatch',
  seccompProfile: { type: 'RuntimeDefault' },
} as const;

/** Container level of *restricted*, and a read-only root file system. */
export const restrictedContainer = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
} as const;
