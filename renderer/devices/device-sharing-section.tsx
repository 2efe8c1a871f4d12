import { useState } from 'react';
import type { DeviceSharing, DeviceUse } from '../../shared/devices/device-sharing.ts';
import { engine } from '../client/engine-client.ts';
import { Field } from '../ui/field.tsx';
import { formatBytes, formatDuration, formatRelative } from '../ui/format.ts';
import { NumberField } from '../ui/number-field.tsx';
import { Select } from '../ui/select.tsx';
import { showError } from '../ui/show-error.ts';
import { t } from './text.ts';

const choices = ['serving', 'training', 'nobody'] as const;

/** Who has a model on a graphics processor, who waits for whom, and how much memory all may take. */
export function DeviceSharingSection({ sharing, uses }: { sharing: DeviceSharing; uses: readonly DeviceUse[] }) {
  // Until the next reading tells the same.
  const [chosen, setChosen] = useState<DeviceSharing>();
  const shown = chosen ?? sharing;
  const set = async (next: DeviceSharing) => {
    setChosen(next);
    try {
      await engine.engine.shareDevices(next);
    } catch (error) {
      setChosen(undefined);
      showError(error);
    }
  };
  return (
    <section>
      <h2>{t.sharing}</h2>
      <p className="mute">{t.sharingNote}</p>
      <div className="device-sharing">
        <Field label={t.goesFirst}>
          {(ids) => (
            <Select
              {...ids}
              value={shown.first}
              options={choices.map((value) => ({ value, label: t.firstChoices[value] }))}
              onChange={(first) => void set({ ...shown, first })}
            />
          )}
        </Field>
        <Field label={t.memoryForAll}>
          {(ids) => (
            <NumberField
              {...ids}
              value={shown.memoryMiB ?? undefined}
              min={1}
              max={1e7}
              step={1}
              placeholder={t.noBound}
              onChange={(memoryMiB) => {
                const fits =
                  memoryMiB === undefined || (Number.isInteger(memoryMiB) && memoryMiB >= 1 && memoryMiB <= 1e7);
                if (fits) void set({ ...shown, memoryMiB: memoryMiB ?? null });
              }}
            />
          )}
        </Field>
      </div>
      {uses.length === 0 ? (
        <p className="mute">{t.nobodyThere}</p>
      ) : (
        <table className="list-table" aria-label={t.sharing}>
          <thead>
            <tr>
              <th scope="col">{t.what}</th>
              <th scope="col">{t.provider}</th>
              <th scope="col" className="n">
                {t.memory}
              </th>
              <th scope="col" className="n">
                {t.since}
              </th>
              <th scope="col" className="n">
                {t.waited}
              </th>
            </tr>
          </thead>
          <tbody>
            {uses.map((use) => (
              <tr key={`${use.sinceMs}/${use.what}`}>
                <td>
                  {t.whatNames[use.role]}: {use.what}
                </td>
                <td>{t.providerNames[use.provider as keyof typeof t.providerNames] ?? use.provider}</td>
                <td className="n">{formatBytes(use.bytes)}</td>
                <td className="n">{formatRelative(use.sinceMs)}</td>
                <td className="n">{formatDuration(use.waitedMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
