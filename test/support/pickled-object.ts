import { execFileSync } from 'node:child_process';

const program = `
import json, pickle, sys
class Pickled:
    def __init__(self, code):
        self.code = code
    def __reduce__(self):
        return (eval, (self.code,))
methods = json.loads(sys.argv[1])
body = ", ".join(f"{name!r}: {text}" if name.endswith("_") else f"{name!r}: (lambda self, X=None: {text})" for name, text in methods.items())
sys.stdout.buffer.write(pickle.dumps(Pickled("type('Fake', (), {" + body + "})()")))
`;

/** Pickle of an object whose methods return these expressions of X; names that end with _ are plain values. */
export function pickledObject(python: string, methods: Readonly<Record<string, string>>): Buffer {
  return execFileSync(python, ['-c', program, JSON.stringify(methods)], { maxBuffer: 2 ** 24 });
}
