import { expect, it } from 'vitest';
import { parseGpuStates } from './nvidia-smi.ts';

it('reads what each processor tells, an idle one too', () => {
  const text = [
    'GPU-8c1f5b8e-4f0e-2b62-7d0f-0d2c3e5a9b11, 37, 81559, 1043, 121.36',
    'GPU-1a2b3c4d-0000-1111-2222-333344445555, 0, 81559, 0, 68.02',
    'GPU-5e6f7a8b-0000-1111-2222-333344445555, [N/A], [N/A], [Not Supported], [Unknown Error]',
    '',
  ].join('\n');
  const [busy, idle, silent, ...others] = parseGpuStates(text);
  expect(busy).toEqual({
    uuid: 'GPU-8c1f5b8e-4f0e-2b62-7d0f-0d2c3e5a9b11',
    busyShare: 0.37,
    memoryTotalBytes: 81_559 * 2 ** 20,
    memoryUsedBytes: 1_043 * 2 ** 20,
    watts: 121.36,
  });
  expect(idle).toMatchObject({ busyShare: 0, memoryUsedBytes: 0, watts: 68.02 });
  expect(silent).toMatchObject({ busyShare: null, memoryTotalBytes: null, memoryUsedBytes: null, watts: null });
  expect(others).toEqual([]);
});

it('reads nothing from what is no answer', () => {
  expect(parseGpuStates("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n")).toEqual([]);
  expect(parseGpuStates('')).toEqual([]);
});
