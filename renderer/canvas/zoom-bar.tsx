import { useReactFlow, useStore } from 'reactflow';
import { IconButton } from '../ui/button.tsx';

export function ZoomBar({ onLayout, onFit }: { onLayout: () => void; onFit: () => void }) {
  const flow = useReactFlow();
  const percent = useStore((state) => Math.round(state.transform[2] * 100));
  return (
    <div className="zoom-bar" role="toolbar" aria-label="View">
      <IconButton icon="layout" small label="Arrange" onClick={onLayout} />
      <IconButton icon="minus" small label="Zoom out" onClick={() => void flow.zoomOut()} />
      <button type="button" className="num zoom-percent" onClick={() => void flow.zoomTo(1)} title="100 %">
        {percent} %
      </button>
      <IconButton icon="plus" small label="Zoom in" onClick={() => void flow.zoomIn()} />
      <IconButton icon="fit" small label="Fit graph" onClick={onFit} />
    </div>
  );
}
