#!/usr/bin/env node
import { enableCodeCache } from '../product/code-cache.ts';
import { refuseTelemetry } from '../product/refuse-telemetry.ts';

// Everything else is imported after this: code loaded before it is compiled anew at each start.
enableCodeCache();
refuseTelemetry();
await import('./command-line.ts');
