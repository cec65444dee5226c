const CADD = /^(dbnsfp_)?cadd[\d.]*(_phred|_scaled|_score)?$/i;
const REVEL = /^(dbnsfp_)?revel(_score|_max)?$/i;
const SPLICE_DELTA = /^spliceai_((pred_)?ds_(ag|al|dg|dl|max)|max|max_ds|score)$|^spliceai_?max$/i;

/** INFO keys and CSQ columns with CADD's scaled score (never the raw one), REVEL, and single SpliceAI delta scores. */
export const isCadd = (name: string): boolean => CADD.test(name);
export const isRevel = (name: string): boolean => REVEL.test(name);
export const isSpliceDelta = (name: string): boolean => SPLICE_DELTA.test(name);
