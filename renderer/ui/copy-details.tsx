import { Button } from './button.tsx';
import { copyText } from './copy-text.ts';
import { t } from './text.ts';

/** Copies all that is known of an error, for whoever is asked for help. */
export function CopyDetails({ error }: { error: object }) {
  return (
    <Button small variant="quiet" icon="copy" onClick={() => void copyText(JSON.stringify(error, null, 2))}>
      {t.copyDetails}
    </Button>
  );
}
