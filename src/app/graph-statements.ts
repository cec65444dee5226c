/** The named questions. They go the way of every user's statement, so none can do more. */

/** Lower is more severe. From the list of impacts: `min(CASE …)` beside other aggregates came out as null. */
const SEVERITY = `CASE WHEN list_contains(impact, 'HIGH') THEN 1 WHEN list_contains(impact, 'MODERATE') THEN 2
       WHEN list_contains(impact, 'LOW') THEN 3 WHEN list_contains(impact, 'MODIFIER') THEN 4 ELSE 5 END`;

/** A variant is rare when no file says that it is more frequent: also one of which nobody says anything. */
const IS_RARE = 'NOT EXISTS { MATCH (v)-[often:ReportedIn]->(:File) WHERE often.af > $maxAf }';

export const SHARED_VARIANTS = `
  MATCH (a:Sample {name: $a})-[x:HasVariant]->(v:Variant)<-[y:HasVariant]-(b:Sample {name: $b})
  WHERE ${IS_RARE}
  WITH v, min(x.genotype) AS genotype_a, min(y.genotype) AS genotype_b
  MATCH (v)-[r:ReportedIn]->(:File)
  WITH v, genotype_a, genotype_b, max(r.af) AS af, max(r.clinsig) AS clinsig
  OPTIONAL MATCH (v)-[l:LocatedIn]->(g:Gene)
  WITH v, genotype_a, genotype_b, af, clinsig, list_sort(collect(DISTINCT g.symbol)) AS gene,
       list_sort(collect(DISTINCT l.consequence)) AS consequence, list_sort(collect(DISTINCT l.impact)) AS impact
  RETURN v.key AS variant, gene, consequence, impact, af, clinsig, genotype_a, genotype_b
  ORDER BY ${SEVERITY}, v.chromosome, v.position, v.key`;

export const GENES_HIT = `
  MATCH (s:Sample)-[:HasVariant]->(v:Variant)-[l:LocatedIn]->(g:Gene)
  WHERE l.impact IN $impact AND ${IS_RARE}
  WITH g.symbol AS gene, count(DISTINCT s.name) AS samples, count(DISTINCT v.key) AS variants,
       list_sort(collect(DISTINCT s.name)) AS names
  WHERE samples >= $samples
  RETURN gene, samples, variants, names
  ORDER BY samples DESC, variants DESC, gene`;

export const NEIGHBOURS = `
  MATCH (v:Variant {key: $key})-[r]-(n)
  RETURN r AS relation, n AS node`;
