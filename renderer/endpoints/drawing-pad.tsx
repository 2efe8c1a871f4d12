import { useEffect, useRef, useState } from 'react';
import { Button } from '../ui/button.tsx';
import { digitImage, digitSide, type Stroke, type StrokePoint } from './digit-image.ts';
import { t } from './text.ts';

const padPx = 224;

interface DrawingPadProps {
  /** The picture in use, 784 values of 0 … 1. */
  image: readonly number[];
  /** A new picture; undefined when the pad was cleared. */
  onDraw: (image: number[] | undefined) => void;
  /** An example to show instead of a drawing. */
  onExample: () => void;
}

/** Ink 0 … 1 in the current ink colour, as the model sees it. */
function DigitPicture({ image }: { image: readonly number[] }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const pixels = context.createImageData(digitSide, digitSide);
    for (let i = 0; i < digitSide * digitSide; i++) {
      const ink = Math.round(255 * (image[i] ?? 0));
      pixels.data.set([ink, ink, ink, 255], i * 4);
    }
    context.putImageData(pixels, 0, 0);
  }, [image]);
  return (
    <canvas
      ref={canvas}
      className="digit-picture"
      width={digitSide}
      height={digitSide}
      role="img"
      aria-label={t.pictureSeen}
    />
  );
}

/** A pad for pen, finger or mouse; Delete clears. What was drawn becomes a picture like those the model learnt from. */
export function DrawingPad({ image, onDraw, onExample }: DrawingPadProps) {
  const pad = useRef<HTMLCanvasElement>(null);
  const [strokes, setStrokes] = useState<readonly Stroke[]>([]);
  const pen = useRef<StrokePoint[] | undefined>(undefined);

  useEffect(() => {
    const canvas = pad.current;
    const context = canvas?.getContext('2d');
    if (!canvas || !context) return;
    const ratio = window.devicePixelRatio || 1;
    canvas.width = padPx * ratio;
    canvas.height = padPx * ratio;
    context.scale(ratio, ratio);
    context.clearRect(0, 0, padPx, padPx);
    context.strokeStyle = getComputedStyle(canvas).color;
    context.lineWidth = padPx / 13;
    context.lineCap = 'round';
    context.lineJoin = 'round';
    for (const stroke of strokes) {
      context.beginPath();
      for (const [i, point] of stroke.entries()) {
        if (i === 0) context.moveTo(point.x * padPx, point.y * padPx);
        context.lineTo(point.x * padPx, point.y * padPx);
      }
      context.stroke();
    }
  }, [strokes]);

  function draw(next: readonly Stroke[]) {
    setStrokes(next);
    onDraw(next.length === 0 ? undefined : digitImage(next));
  }
  function clear() {
    pen.current = undefined;
    draw([]);
  }
  function place(event: React.PointerEvent): StrokePoint {
    const box = event.currentTarget.getBoundingClientRect();
    return {
      x: Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)),
      y: Math.max(0, Math.min(1, (event.clientY - box.top) / box.height)),
    };
  }

  return (
    <div className="drawing">
      <div className="drawing-pad">
        <canvas
          ref={pad}
          style={{ width: padPx, height: padPx }}
          tabIndex={0}
          role="img"
          aria-label={t.drawingPad}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            pen.current = [place(event)];
            draw([...strokes, [...pen.current]]);
          }}
          onPointerMove={(event) => {
            const current = pen.current;
            if (!current) return;
            const point = place(event);
            const last = current.at(-1);
            if (last && Math.hypot(point.x - last.x, point.y - last.y) < 0.006) return;
            current.push(point);
            draw([...strokes.slice(0, -1), [...current]]);
          }}
          onPointerUp={() => {
            pen.current = undefined;
          }}
          onPointerCancel={() => {
            pen.current = undefined;
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Delete' && event.key !== 'Backspace') return;
            event.preventDefault();
            clear();
          }}
        />
        {strokes.length === 0 && <span className="hint">{t.drawADigit}</span>}
      </div>
      <div className="drawing-side">
        <DigitPicture image={image} />
        <p className="mute small">{t.whatModelSees}</p>
        <Button small disabled={strokes.length === 0} onClick={clear}>
          {t.clear}
        </Button>
        <Button
          small
          variant="quiet"
          onClick={() => {
            pen.current = undefined;
            setStrokes([]);
            onExample();
          }}
        >
          {t.example}
        </Button>
      </div>
    </div>
  );
}
