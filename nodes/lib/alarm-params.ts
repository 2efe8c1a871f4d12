import { z } from 'zod';
import { paramMeta } from '../../shared/node/param-meta.ts';

/** Whom the alerts of a monitor tell, how loudly, and who answers for them. */
export const routeParams = {
  webhook: z
    .string()
    .max(2_000)
    .regex(
      /^$|^https?:\/\/[^\s/@?#]+([/?#]\S*)?$|^mqtts?:\/\/[^\s/@]+\/[^\s+#]+$/,
      'an address that starts with http:// or https://, without user and password, or mqtt://HOST/TOPIC',
    )
    .default('')
    .describe(
      'Address that alerts are posted to as JSON, also in the form that Slack takes; or the topic of an MQTT broker, as mqtt://HOST:PORT/TOPIC',
    )
    .meta(paramMeta({ section: 'Alarm' })),
  email: z
    .string()
    .max(2_000)
    .regex(/^$|^[^\s@,]+@[^\s@,]+(, ?[^\s@,]+@[^\s@,]+)*$/, 'addresses such as ops@example.com, with commas between')
    .default('')
    .describe('Addresses that alerts are mailed to; needs SLIPWAY_SMTP_URL in the environment of the engine')
    .meta(paramMeta({ section: 'Alarm' })),
  severity: z
    .enum(['auto', 'info', 'warning', 'critical'])
    .default('auto')
    .describe('Severity of its alerts; auto takes that of each rule')
    .meta(paramMeta({ section: 'Alarm', advanced: true })),
  owner: z
    .string()
    .max(200)
    .default('')
    .describe('Who answers for it, named in every alert; empty takes the owner of the model')
    .meta(paramMeta({ section: 'Alarm' })),
};

/** When a monitor raises its alarm, and whom it tells; `condition` names the windows that count: “Drifted”, “Dropped”. */
export function alarmParams(condition: string) {
  return {
    alarmWindows: z
      .number()
      .int()
      .min(1)
      .max(20)
      .default(2)
      .describe(`${condition} windows among the last ones that raise the alarm; as many others clear it`)
      .meta(paramMeta({ section: 'Alarm', unit: 'windows' })),
    lastWindows: z
      .number()
      .int()
      .min(1)
      .max(20)
      .default(3)
      .describe('Last windows that are looked at; at least as many as raise the alarm')
      .meta(paramMeta({ section: 'Alarm', unit: 'windows' })),
    ...routeParams,
  };
}
