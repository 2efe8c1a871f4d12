import { expect, it } from 'vitest';
import { advertiseEngine } from '../transport/advertise.ts';
import { enginesOfAnswer, findEngines } from './find-engines.ts';

const srv = (port: number, target = 'box.local') => ({
  name: 'box._slipway._tcp.local',
  type: 'SRV' as const,
  data: { target, port },
});
const txt = { name: 'box._slipway._tcp.local', type: 'TXT' as const, data: ['tls=1'] };
const a = (data: string) => ({ name: 'box.local', type: 'A' as const, data });

it('reads an answer', () => {
  expect(enginesOfAnswer({ answers: [], additionals: [srv(4680), txt, a('10.0.0.7')] })).toEqual([
    { name: 'box', url: 'https://10.0.0.7:4680' },
  ]);
  expect(enginesOfAnswer({ answers: [srv(4680)], additionals: [a('10.0.0.7')] })).toEqual([
    { name: 'box', url: 'http://10.0.0.7:4680' },
  ]);
});

it('leaves out what does not fit together', () => {
  expect(enginesOfAnswer({ answers: [], additionals: [] })).toEqual([]);
  expect(enginesOfAnswer({ answers: [], additionals: [srv(4680)] })).toEqual([]);
  expect(enginesOfAnswer({ answers: [], additionals: [srv(0), a('10.0.0.7')] })).toEqual([]);
  expect(enginesOfAnswer({ answers: [], additionals: [srv(4680), a('10.0.0.7/../evil')] })).toEqual([]);
  const other = { name: 'x._http._tcp.local', type: 'SRV' as const, data: { target: 'box.local', port: 80 } };
  expect(enginesOfAnswer({ answers: [other], additionals: [a('10.0.0.7')] })).toEqual([]);
});

it('finds an engine that announces itself, where the network carries multicast', async (context) => {
  const log: string[] = [];
  const stop = advertiseEngine({ port: 46_801, tls: true, log: (text) => log.push(text) });
  const found = await findEngines();
  stop();
  if (found.length === 0) {
    context.skip('no multicast on this machine');
    return;
  }
  expect(found.map(({ url }) => url)).toContainEqual(expect.stringMatching(/^https:\/\/[\d.]+:46801$/));
});
