import { expect, it } from 'vitest';
import { parseGpuStates } from '../compute/devices/nvidia-smi.ts';
import { gpuMetrics } from './gpu-metrics.ts';
import { PrometheusText } from './prometheus-text.ts';

function textOf(reading: string): string {
  const text = new PrometheusText('text');
  gpuMetrics(text, parseGpuStates(reading));
  return text.toString();
}

it('shows the processors by the names that Triton has, in bytes, watts and shares', () => {
  const text = textOf('GPU-a, 37, 81559, 1043, 121.36\nGPU-b, 0, 81559, 0, [N/A]\n');
  expect(text.split('\n').filter((line) => !line.startsWith('#'))).toEqual([
    'nv_gpu_utilization{gpu_uuid="GPU-a"} 0.37',
    'nv_gpu_utilization{gpu_uuid="GPU-b"} 0',
    `nv_gpu_memory_total_bytes{gpu_uuid="GPU-a"} ${81_559 * 2 ** 20}`,
    `nv_gpu_memory_total_bytes{gpu_uuid="GPU-b"} ${81_559 * 2 ** 20}`,
    `nv_gpu_memory_used_bytes{gpu_uuid="GPU-a"} ${1_043 * 2 ** 20}`,
    'nv_gpu_memory_used_bytes{gpu_uuid="GPU-b"} 0',
    'nv_gpu_power_usage{gpu_uuid="GPU-a"} 121.36',
    '',
  ]);
});

it('leaves out what no driver tells, with its name', () => {
  expect(textOf('')).toBe('');
  expect(textOf('GPU-a, [N/A], 100, [N/A], [N/A]')).not.toMatch(/utilization|used|power/);
});
