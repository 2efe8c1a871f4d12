import { useState } from 'react';
import { useReactFlow, ViewportPortal } from 'reactflow';
import { moveFrame, type Point, resizeFrame, setComment, titleFrame } from '../state/graph-commands.ts';
import { useActiveGraph } from '../state/graph-store.ts';
import { t } from './text.ts';

interface FramesProps {
  onMenu: (index: number, at: Point) => void;
}

/** Where the system takes the pointer away in the middle of a drag, the frame stays as it was. */
function onCancel(stop: AbortController, reset: () => void): void {
  const cancel = () => {
    stop.abort();
    reset();
  };
  window.addEventListener('pointercancel', cancel, { signal: stop.signal });
}

/** Titled outlines behind the cards. The title moves its frame with the nodes in it; a double click renames it. */
export function Frames({ onMenu }: FramesProps) {
  const frames = useActiveGraph((graph) => graph.document.layout.frames);
  const flow = useReactFlow();
  const [editing, setEditing] = useState<number>();
  const [sized, setSized] = useState<{ index: number; width: number; height: number }>();
  const [drag, setDrag] = useState<{ index: number; by: Point }>();
  if (!frames || frames.length === 0) return null;

  function beginDrag(index: number, event: React.PointerEvent<HTMLElement>) {
    if (event.button !== 0) return;
    event.stopPropagation();
    const from = { x: event.clientX, y: event.clientY };
    const zoom = flow.getZoom();
    const stop = new AbortController();
    const by = (to: PointerEvent): Point => ({ x: (to.clientX - from.x) / zoom, y: (to.clientY - from.y) / zoom });
    window.addEventListener('pointermove', (to) => setDrag({ index, by: by(to) }), { signal: stop.signal });
    window.addEventListener(
      'pointerup',
      (to) => {
        stop.abort();
        setDrag(undefined);
        moveFrame(index, by(to));
      },
      { signal: stop.signal },
    );
    onCancel(stop, () => setDrag(undefined));
  }
  function beginResize(index: number, event: React.PointerEvent<HTMLElement>) {
    const frame = frames?.[index];
    if (event.button !== 0 || !frame) return;
    event.stopPropagation();
    const from = { x: event.clientX, y: event.clientY };
    const zoom = flow.getZoom();
    const stop = new AbortController();
    const size = (to: PointerEvent) => ({
      width: frame.width + (to.clientX - from.x) / zoom,
      height: frame.height + (to.clientY - from.y) / zoom,
    });
    window.addEventListener('pointermove', (to) => setSized({ index, ...size(to) }), { signal: stop.signal });
    window.addEventListener(
      'pointerup',
      (to) => {
        stop.abort();
        setSized(undefined);
        const { width, height } = size(to);
        resizeFrame(index, width, height);
      },
      { signal: stop.signal },
    );
    onCancel(stop, () => setSized(undefined));
  }
  return (
    <ViewportPortal>
      {frames.map((frame, index) => {
        const by = drag?.index === index ? drag.by : { x: 0, y: 0 };
        const comment = typeof frame['comment'] === 'string' ? frame['comment'] : undefined;
        const size = sized?.index === index ? sized : frame;
        return (
          <div
            // oxlint-disable-next-line react/no-array-index-key -- frames are known by their place in the document
            key={index}
            className={comment === undefined ? 'frame' : 'frame comment'}
            style={{
              transform: `translate(${frame.x + by.x}px, ${frame.y + by.y}px)`,
              width: size.width,
              height: size.height,
            }}
          >
            {editing === index ? (
              <input
                className="input frame-title nopan nodrag"
                aria-label={t.titleOfTheFrame}
                defaultValue={frame.title}
                // oxlint-disable-next-line jsx-a11y/no-autofocus -- asked for by a double click
                autoFocus
                onBlur={(event) => {
                  titleFrame(index, event.target.value);
                  setEditing(undefined);
                }}
                onKeyDown={(event) => {
                  event.stopPropagation();
                  if (event.key === 'Enter') event.currentTarget.blur();
                  if (event.key === 'Escape') setEditing(undefined);
                }}
              />
            ) : (
              <button
                type="button"
                className="frame-title nopan nodrag"
                title={t.dragToMove}
                onPointerDown={(event) => beginDrag(index, event)}
                onMouseDown={(event) => event.stopPropagation()}
                onDoubleClick={() => setEditing(index)}
                onKeyDown={(event) => {
                  if (event.key === 'Enter' || event.key === 'F2') {
                    event.preventDefault();
                    event.stopPropagation();
                    setEditing(index);
                  }
                }}
                onContextMenu={(event) => {
                  event.preventDefault();
                  event.stopPropagation();
                  onMenu(index, { x: event.clientX, y: event.clientY });
                }}
              >
                {frame.title}
              </button>
            )}
            {comment !== undefined && (
              <textarea
                // An undone edit shows; what is being typed is not disturbed.
                key={comment}
                className="frame-comment nopan nodrag nowheel"
                aria-label={t.comment}
                placeholder={t.editComment}
                defaultValue={comment}
                onBlur={(event) => setComment(index, event.target.value)}
                onKeyDown={(event) => {
                  event.stopPropagation();
                  if (event.key === 'Escape') event.currentTarget.blur();
                }}
              />
            )}
            <span
              className="frame-size nopan nodrag"
              title={t.resizeFrame}
              onPointerDown={(event) => beginResize(index, event)}
            />
          </div>
        );
      })}
    </ViewportPortal>
  );
}
