#!/usr/bin/env node
import { enableCodeCache } from '../product/code-cache.ts';
import { giveBackMemoryAtRest } from '../product/memory-at-rest.ts';
import { refuseTelemetry } from '../product/refuse-telemetry.ts';

// Everything else is imported after this: code loaded before it is compiled anew at each start.
enableCodeCache();
refuseTelemetry();
giveBackMemoryAtRest();
await import('./command-line.ts');
