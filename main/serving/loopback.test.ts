import { expect, it } from 'vitest';
import { isLocalRequest } from './loopback.ts';

it.each([
  ['127.0.0.1:8000', undefined],
  ['localhost', undefined],
  ['LOCALHOST:1', 'http://localhost:5173'],
  ['[::1]:8000', 'http://[::1]'],
  ['127.8.9.1', 'https://127.0.0.1:4680'],
])('takes Host %s with Origin %s', (host, origin) => {
  expect(isLocalRequest(host, origin)).toBe(true);
});

it.each([
  [undefined, undefined],
  ['', undefined],
  ['evil.example:8000', undefined],
  ['127.0.0.1.evil.example', undefined],
  ['localhost.evil.example', undefined],
  ['127.0.0.1:8000', 'http://evil.example'],
  ['127.0.0.1:8000', 'http://localhost.evil.example'],
  ['127.0.0.1:8000', 'null'],
  ['127.0.0.1:8000@evil.example', undefined],
])('refuses Host %s with Origin %s', (host, origin) => {
  expect(isLocalRequest(host, origin)).toBe(false);
});
