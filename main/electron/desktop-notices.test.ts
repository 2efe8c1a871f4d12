import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Notice } from '../../shared/rpc/shell-contract.ts';
import { createDesktopNotices } from './desktop-notices.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const notice = (key: string): Notice => ({
  key,
  title: `Title ${key}`,
  body: `Body ${key}`,
  page: { screen: 'runs', id: key },
});

function recorded(wanted: () => boolean = () => true) {
  const shown: [Omit<Notice, 'key'>, string][] = [];
  const notices = createDesktopNotices<string>({ wanted, show: (each, from) => shown.push([each, from]) });
  return { shown, tell: notices.tell };
}

it('shows a happening once, whichever window tells of it', () => {
  const { shown, tell } = recorded();
  expect(tell(notice('a'), 'first window')).toBe(true);
  expect(tell(notice('a'), 'second window')).toBe(true);
  vi.runAllTimers();
  expect(shown).toEqual([[{ title: 'Title a', body: 'Body a', page: { screen: 'runs', id: 'a' } }, 'first window']]);
});

it('gathers what comes in short order into one, which leads to the latest', () => {
  const { shown, tell } = recorded();
  for (let count = 0; count < 40; count++) tell(notice(String(count)), `window ${count}`);
  expect(shown).toHaveLength(1);
  vi.runAllTimers();
  expect(shown).toHaveLength(2);
  expect(shown[1]).toEqual([
    {
      title: 'Title 39',
      body: 'Title 35\nTitle 36\nTitle 37\nTitle 38\n…',
      page: { screen: 'runs', id: '39' },
    },
    'window 39',
  ]);
  tell(notice('later'), 'window');
  expect(shown[2]?.[0].body).toBe('Body later');
});

it('keeps a lone one that waited as it is', () => {
  const { shown, tell } = recorded();
  tell(notice('a'), '');
  tell(notice('b'), '');
  vi.runAllTimers();
  expect(shown.map(([each]) => each.body)).toEqual(['Body a', 'Body b']);
});

it('says where it is not wanted, and shows nothing that waited once somebody is back', () => {
  let away = true;
  const { shown, tell } = recorded(() => away);
  tell(notice('a'), '');
  expect(tell(notice('b'), '')).toBe(true);
  away = false;
  vi.runAllTimers();
  expect(tell(notice('c'), '')).toBe(false);
  expect(shown).toHaveLength(1);
  away = true;
  expect(tell(notice('c'), '')).toBe(true);
  expect(shown).toHaveLength(2);
});

it('forgets the oldest happenings, so that a window open for weeks keeps no list without end', () => {
  const { shown, tell } = recorded();
  for (let count = 0; count <= 500; count++) {
    tell(notice(String(count)), '');
    vi.runAllTimers();
  }
  tell(notice('500'), '');
  expect(shown).toHaveLength(501);
  tell(notice('0'), '');
  expect(shown).toHaveLength(502);
});
