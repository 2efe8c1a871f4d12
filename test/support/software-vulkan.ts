import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findElectron } from '../e2e/desktop-runtime.ts';

/** Environment in which Vulkan is SwiftShader, a device in software, from Chromium or Electron; undefined without them. */
export function softwareVulkan(): NodeJS.ProcessEnv | undefined {
  const runtime = findElectron();
  const folders = ['/usr/lib/chromium', ...('dir' in runtime ? [runtime.dir] : [])];
  const named = process.env['VK_ICD_FILENAMES'];
  const drivers = [
    ...(named === undefined ? [] : [named]),
    ...folders.map((dir) => join(dir, 'vk_swiftshader_icd.json')),
  ];
  const driver = drivers.find((path) => existsSync(path));
  if (driver === undefined || process.platform !== 'linux') return undefined;
  // The loader lies beside the driver; systems without graphics have none of their own.
  const libraries = [dirname(driver), process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':');
  return { ...process.env, VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: libraries };
}
