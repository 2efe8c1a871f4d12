import { z } from 'zod';
import { type FeatureSource, inferFeatures, rawSources } from '../../../shared/model/feature-sources.ts';
import type { FeatureColumn } from '../../../shared/model/signature.ts';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { refuseWords } from '../text/definition.ts';

/** Characters of a text that are looked at; tokens are cut off at `length` anyway. */
export function longestText(length: number): number {
  return 16 * length;
}

/** What models of this family call their inputs, each as wide as there are tokens. */
export function tokenFeatures(source: FeatureSource, width: number): [FeatureColumn, FeatureColumn, FeatureColumn] {
  const sources = rawSources(source);
  return [
    { name: 'input_ids', width, sources },
    { name: 'attention_mask', width, sources },
    { name: 'token_type_ids', width, sources },
  ];
}

export const tokenizeNode = defineNode({
  kind: 'feature.tokenize',
  version: 1,
  stage: 'feature',
  title: 'Tokens',
  summary: 'Turns text into the token numbers that a language model takes.',
  keywords: [
    'tokenizer',
    'hugging face',
    'transformers',
    'bert',
    'roberta',
    'gpt',
    'wordpiece',
    'bpe',
    'nlp',
    'text',
    'embedding',
    'llm',
  ],
  params: z.object({
    column: z
      .string()
      .default('')
      .describe('The column with the text.')
      .meta(paramMeta({ ui: { control: 'column', port: 'input', types: ['string'] } })),
    path: z
      .string()
      .default('')
      .describe('The folder of the model with tokenizer.json or vocab.txt, or one of these files.')
      .meta(paramMeta({ ui: { control: 'path', extensions: ['json', 'txt'] } })),
    length: z
      .number()
      .int()
      .min(3)
      .max(512)
      .default(128)
      .describe('Tokens of a text, special ones among them; longer texts are cut off, shorter ones padded.')
      .meta(paramMeta({ unit: 'tokens' })),
  }),
  ports: {
    inputs: { input: { types: ['table', 'features'], fits: true, doc: 'Training rows, or text features.' } },
    outputs: { features: { type: 'features', doc: 'input_ids, attention_mask and token_type_ids.' } },
  },
  infer(inputs, { column, path, length }) {
    const result = inferFeatures(inputs, {
      field: 'column',
      columns: column === '' ? [] : [column],
      refuse: refuseWords,
      produce: (source) => tokenFeatures(source, length),
    });
    if (path !== '') return result;
    const problem = { field: 'path', message: 'No vocabulary is chosen.', fix: 'Choose the folder of the model.' };
    return { ...result, problems: [...result.problems, problem] };
  },
  determinism: 'pure',
  resources: () => ({ cpu: 1, memoryBytes: 2 ** 29 }),
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    {
      name: 'Sentiment',
      params: { column: 'review', path: 'distilbert-sst2', length: 64 },
      note: 'The folder that save_pretrained wrote; ONNX model takes the same folder.',
    },
  ],
  help: `For models of the BERT family (BERT, DistilBERT, MiniLM, ELECTRA …) and of those of GPT-2 and RoBERTa that lie in a
folder of this machine, as Hugging Face's *save_pretrained* writes it. Nothing is downloaded. Connect the features to **ONNX model** with the same folder: it takes them by
name.

**WordPiece** as those models were trained with: text is brought to lower case and loses accents where the tokenizer says so, is
divided at white space and punctuation, and each word into the longest known pieces from the left. A word without a
division is [UNK]. The settings are read from \`tokenizer.json\`, or from \`vocab.txt\` with \`tokenizer_config.json\`.

**Byte-level BPE** as GPT-2, RoBERTa and BART have it: text is divided into words by GPT-2's pattern, each into its bytes, and
these are merged pair by pair. Read from \`tokenizer.json\`, with the special tokens it puts around a text, if any.

**It is a part of the served model**: endpoints take text, with the same tokens as in training. The graph uses an operator
of ONNX Runtime (Tokenizer), which other runtimes may lack.

**Limits.** Tokenizers of other kinds (Unigram of T5 and XLM-R, BPE with another pattern or normalizer, as Llama has it) are
refused by name: make their tokens in a **Python** step and connect them to **ONNX model**; endpoints then take tokens. One
text per row, no pairs. Special tokens inside a text, such as \`[MASK]\`, are read as text. Of a text the first 16 characters per token are looked at.
Letters that Unicode takes apart into several (Korean syllables) stay whole. Long words of BPE, such as texts
without spaces, take a round for each rank of their merges. Missing text has no tokens but the special ones.`,
});
