import { AppError } from '../../../shared/errors/app-error.ts';
import { ApiFailure } from './api-failure.ts';

/** An API server's refusal in words a person can act on. `doing` completes "… was refused", e.g. `Applying Job/x`. */
export function explainFailure(error: unknown, doing: string): unknown {
  if (!(error instanceof ApiFailure)) return error;
  const { statusCode, status } = error;
  const message = status.message ?? '';
  const details = { status: statusCode, reason: status.reason ?? '', message };
  if (statusCode === 401) {
    return new AppError('cluster.credentials', 'The cluster does not accept the credentials of this context.', {
      fix: 'They may have expired: sign in again with the tool that wrote the kubeconfig.',
      details,
      cause: error,
    });
  }
  if (statusCode === 403 && /exceeded quota|quota/i.test(message)) {
    return new AppError('cluster.quota', `${doing} would exceed a quota: ${message}`, {
      fix: 'Free resources in the namespace, ask for a larger quota, or lower the requests in the overlay.',
      details,
      cause: error,
    });
  }
  // Webhooks and policies of the cluster look at what an object says; the account may do it.
  if (statusCode === 403 && /denied (the )?request/.test(message)) {
    return new AppError('cluster.rejected', `${doing} was refused: ${message}`, {
      fix: /already managed by the hpa/.test(message)
        ? 'Delete the autoscaler that the bundle had before (kubectl delete hpa), then apply again.'
        : 'A rule of the cluster does not take it: change the overlay as it says, or ask who keeps the rule.',
      details,
      cause: error,
    });
  }
  if (statusCode === 403) {
    return new AppError('cluster.forbidden', `${doing} was refused: ${message}`, {
      fix: /PodSecurity/.test(message)
        ? 'The namespace enforces a Pod Security Standard that the object does not meet.'
        : 'Ask for the right, or use another context; slipway doctor --context shows which rights are missing.',
      details,
      cause: error,
    });
  }
  if (statusCode === 409) {
    return new AppError('cluster.conflict', `${doing} was refused: ${message}`, {
      fix: 'Someone else changes the same object; apply again.',
      details,
      cause: error,
    });
  }
  const causes = (status.details?.causes ?? []).map((cause) => [cause.field, cause.message].filter(Boolean).join(': '));
  const reason = causes.length > 0 ? causes.join('; ') : message || `status ${statusCode}`;
  if (statusCode >= 500 || statusCode === 429) {
    return new AppError('cluster.unreachable', `The cluster could not answer (${reason}).`, {
      fix: 'Try again later; applying again goes on where it stopped.',
      details,
      cause: error,
    });
  }
  return new AppError('cluster.rejected', `${doing} was refused: ${reason}`, {
    fix: /immutable/.test(message)
      ? 'What has run cannot be changed in place: delete it first (results stay in the store), then apply again.'
      : 'Check the overlay against the version of the cluster.',
    details,
    cause: error,
  });
}
