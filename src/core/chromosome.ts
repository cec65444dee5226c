/** A contig's name without `chr`, in whatever case: `chr17` and `17` are one chromosome. */
export function bareChromosome(name: string): string {
  return name.replace(/^chr/i, '');
}
