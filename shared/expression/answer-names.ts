/** What an expression over a model may name of its answer, beside the columns. */
export const answerNames = ['score', 'confidence', 'margin', 'prediction'] as const;
