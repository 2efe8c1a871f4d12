#!/usr/bin/env node
import { enableCodeCache } from '../product/code-cache.ts';

// Everything else is imported after this: code loaded before it is compiled anew at each start.
enableCodeCache();
await import('./command-line.ts');
