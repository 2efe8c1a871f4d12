import { useReactFlow, useStore } from 'reactflow';
import { IconButton } from '../ui/button.tsx';
import { t } from './text.ts';

export function ZoomBar({ onLayout, onFit }: { onLayout: () => void; onFit: () => void }) {
  const flow = useReactFlow();
  const percent = useStore((state) => Math.round(state.transform[2] * 100));
  return (
    <div className="zoom-bar" role="toolbar" aria-label={t.view}>
      <IconButton icon="layout" small label={t.arrange} onClick={onLayout} />
      <IconButton icon="minus" small label={t.zoomOut} onClick={() => void flow.zoomOut()} />
      <button type="button" className="num zoom-percent" onClick={() => void flow.zoomTo(1)} title="100 %">
        {percent} %
      </button>
      <IconButton icon="plus" small label={t.zoomIn} onClick={() => void flow.zoomIn()} />
      <IconButton icon="fit" small label={t.fitGraph} onClick={onFit} />
    </div>
  );
}
