// electron-builder's afterPack hook: takes the symbol tables out of the native libraries that come with them, which
// nothing here reads (about 30 MiB on Linux). Without `strip` the package is only larger.
import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

export default function afterPack({ appOutDir, electronPlatformName }) {
  if (electronPlatformName !== 'linux') return;
  const resources = join(appOutDir, 'resources');
  const files = readdirSync(resources, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && (/\.(node|so(\.\d+)*)$/.test(entry.name) || entry.name === 'node'))
    .map((entry) => join(entry.parentPath, entry.name));
  for (const file of files) {
    // Into a new file: electron-builder may have linked the packaged one to that of node_modules, which must stay as it is.
    const stripped = `${file}.stripped`;
    const result = spawnSync('strip', ['--strip-unneeded', '-o', stripped, file], { encoding: 'utf8' });
    if (result.status === 0) {
      chmodSync(stripped, statSync(file).mode);
      renameSync(stripped, file);
    } else {
      rmSync(stripped, { force: true });
      console.warn(`${file} keeps its symbols: ${result.error?.message ?? result.stderr}`);
    }
  }
}
