import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors/app-error.ts';
import { createSecrets } from './secrets.ts';

describe('secrets', () => {
  const environment = { SLIPWAY_SECRET_DB: 'pass/word' };

  it('come from the environment, by name', () => {
    expect(createSecrets(environment).value('DB')).toBe('pass/word');
  });

  it('that are missing are named with what to set', () => {
    expect(() => createSecrets({}).value('DB')).toThrow(
      expect.objectContaining({ code: 'environment.missing', fix: expect.stringContaining('SLIPWAY_SECRET_DB') }),
    );
  });

  it('are taken out of values and errors once they were handed out', () => {
    const secrets = createSecrets(environment);
    const said = { a: ['url with pass/word in it', 7, null], 'pass/word': true };
    expect(secrets.redactValue(said)).toBe(said);
    secrets.value('DB');
    expect(secrets.redactValue(said)).toEqual({ a: ['url with ••• in it', 7, null], '•••': true });
    const cause = new Error('pass/word');
    const error = new AppError('data.unreadable', 'no pass/word', {
      fix: 'pass/word',
      details: { x: 'pass/word' },
      cause,
    });
    const clean = secrets.redactError(error) as AppError;
    expect(clean).toMatchObject({ code: 'data.unreadable', message: 'no •••', fix: '•••', details: { x: '•••' } });
    expect(clean.cause).toBeUndefined();
    expect(clean.stack).not.toContain('pass/word');
  });
});
