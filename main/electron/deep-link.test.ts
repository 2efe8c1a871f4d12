import { expect, it } from 'vitest';
import { deepLinkArgument, parseDeepLink } from './deep-link.ts';

it.each([
  ['slipway://template/penguins', { type: 'template', id: 'penguins' }],
  ['slipway://connect?url=https://gpu.example:4680', { type: 'connect', url: 'https://gpu.example:4680' }],
  [
    'slipway://connect/?url=http%3A%2F%2F10.0.0.7%3A4680%2Fany%23token%3Dx',
    { type: 'connect', url: 'http://10.0.0.7:4680' },
  ],
])('takes %s', (text, link) => {
  expect(parseDeepLink(text)).toEqual(link);
});

it.each([
  'slipway://template/../../etc/passwd',
  'slipway://template/a/b',
  'slipway://template/PENGUINS',
  'slipway://template/penguins?run=1',
  'slipway://template/penguins#x',
  'slipway://template/',
  'slipway://user:secret@template/penguins',
  'slipway://open?path=/etc/passwd',
  'slipway://connect?url=file:///etc/passwd',
  'slipway://connect?url=javascript:alert(1)',
  'slipway://connect?url=https://a.example&token=x',
  'slipway://connect?url=https://u:p@a.example',
  'slipway://connect',
  'https://template/penguins',
  'slipway:template/penguins',
  `slipway://connect?url=https://${'a'.repeat(3000)}`,
  '',
])('refuses %s', (text) => {
  expect(parseDeepLink(text)).toBeUndefined();
});

it('finds a link among arguments', () => {
  expect(deepLinkArgument(['slipway', '--flag', 'x.slipway.json', 'slipway://template/digits'])).toEqual({
    type: 'template',
    id: 'digits',
  });
});
