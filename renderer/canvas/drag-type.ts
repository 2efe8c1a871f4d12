/** Type of a kind dragged from the palette onto the canvas. */
export const kindDragType = 'application/x-slipway-kind';
