/** Hands a file to the browser's downloads. */

export function saveBlob(blob: Blob, name: string): void {
  // As bytes of no kind, so that nothing in it is ever shown as part of this site.
  const url = URL.createObjectURL(new Blob([blob], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
