/** IPC between the preload script and the shell; nothing else crosses. */
export const channels = {
  engine: 'shell:engine',
  openGraphDialog: 'shell:open-graph-dialog',
  saveGraphDialog: 'shell:save-graph-dialog',
  chooseFolderDialog: 'shell:choose-folder-dialog',
  initialGraph: 'shell:initial-graph',
  rememberGraph: 'shell:remember-graph',
  menuCommand: 'shell:menu-command',
  openPath: 'shell:open-path',
  engineState: 'shell:engine-state',
} as const;
