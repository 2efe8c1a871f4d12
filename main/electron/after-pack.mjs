// electron-builder's afterPack hook: refuses a package for another system than this one, and leaves out what the app never
// loads. On Linux that is symbol tables of libraries (nothing here reads them; without `strip` the package is only larger),
// Chromium's software Vulkan (the app draws without WebGL), and the size of the page of Chromium's licences, which is
// carried compressed.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Arch } from 'electron-builder';

const library = /\.(node|so(\.\d+)*)$/;
const programs = new Set(['node', 'chrome_crashpad_handler']);
const softwareVulkan = ['libvk_swiftshader.so', 'vk_swiftshader_icd.json', 'libvulkan.so.1'];

function strip(file) {
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

/** Node, DuckDB and what is stripped are of the machine that packages: an app for another one would not start. */
function refuseForeign(platform, arch) {
  if (platform === process.platform && arch === process.arch) return;
  const own = `${process.platform}-${process.arch}`;
  throw new Error(
    `A package for ${platform}-${arch} has to be made on such a machine: the libraries here are of ${own}.`,
  );
}

export default function afterPack({ appOutDir, electronPlatformName, arch }) {
  refuseForeign(electronPlatformName, Arch[arch]);
  if (electronPlatformName !== 'linux') return;
  for (const name of softwareVulkan) rmSync(join(appOutDir, name), { force: true });
  for (const entry of readdirSync(appOutDir, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && (library.test(entry.name) || programs.has(entry.name))) {
      strip(join(entry.parentPath, entry.name));
    }
  }
  const licences = join(appOutDir, 'LICENSES.chromium.html');
  if (existsSync(licences)) {
    writeFileSync(`${licences}.gz`, gzipSync(readFileSync(licences), { level: 9 }));
    rmSync(licences);
  }
}
