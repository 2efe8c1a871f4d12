import type { GpuState } from '../compute/devices/nvidia-smi.ts';
import type { PrometheusText } from './prometheus-text.ts';

/** The graphics processors of the machine by the names that dashboards made for Triton know; nothing where none tells. */
export function gpuMetrics(text: PrometheusText, states: readonly GpuState[]): void {
  const gauge = (name: string, help: string, value: (state: GpuState) => number | null) => {
    const samples = states.flatMap((state) => {
      const known = value(state);
      return known === null ? [] : [{ labels: { gpu_uuid: state.uuid }, value: known }];
    });
    if (samples.length > 0) text.gauge(`nv_gpu_${name}`, help, samples);
  };
  gauge('utilization', 'Share of time in which the processor ran something, 0 to 1.', ({ busyShare }) => busyShare);
  gauge('memory_total_bytes', 'Memory of the graphics processor.', (state) => state.memoryTotalBytes);
  gauge('memory_used_bytes', 'Memory of the graphics processor that is used.', (state) => state.memoryUsedBytes);
  gauge('power_usage', 'Power that the graphics processor draws, W.', ({ watts }) => watts);
}
