import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { formatDuration, formatNumber } from '../ui/format.ts';
import { Field, TextInput } from '../ui/field.tsx';
import { t } from './text.ts';

interface RunEstimateProps {
  document: object;
  path: string | undefined;
  target: string;
  /** Of a core for an hour, as a person wrote it. */
  corePrice: string;
  onPrice: (price: string) => void;
}

/** What a run would take on this machine and in the cluster, before it runs. */
export function RunEstimate({ document, path, target, corePrice, onPrice }: RunEstimateProps) {
  const { data } = useQuery(`cluster/estimate/${target}/${path ?? ''}/${JSON.stringify(document)}`, (signal) =>
    engine.cluster.estimate({ document: { ...document }, ...(path === undefined ? {} : { path }), target }, { signal }),
  );
  if (!data) return null;
  const price = Number(corePrice.replace(',', '.'));
  return (
    <>
      <p className="small" role="note" aria-label={t.estimate}>
        {t.estimateTimes(formatDuration(data.localSeconds * 1000), formatDuration(data.clusterSeconds * 1000))}{' '}
        {t.estimateHours(formatNumber(data.coreHours), formatNumber(data.memoryGibHours))}{' '}
        {corePrice.trim() !== '' && Number.isFinite(price) && t.estimateCost(formatNumber(price * data.coreHours))}{' '}
        {data.unknownSteps > 0 && t.estimateUnknown(data.unknownSteps)}
      </p>
      <Field label={t.corePrice} note={t.corePriceNote}>
        {(ids) => <TextInput {...ids} value={corePrice} inputMode="decimal" onChange={onPrice} />}
      </Field>
    </>
  );
}
