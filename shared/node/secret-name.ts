/** Prefix of the environment variables that hold secrets: secret `PG_PASSWORD` is `SLIPWAY_SECRET_PG_PASSWORD`. */
export const secretVariablePrefix = 'SLIPWAY_SECRET_';

/** Upper-case letters, digits and _, such as `PG_PASSWORD`. */
export const secretNamePattern = /^[A-Z][A-Z0-9_]{0,62}$/;
