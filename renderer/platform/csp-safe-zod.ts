import { z } from 'zod';

/** Schemas must not compile themselves with `new Function`: the page's content security policy forbids it. */
z.config({ jitless: true });
