/** Card sizes before they are measured, px. */
export const cardSize = { width: 148, height: 112 };
