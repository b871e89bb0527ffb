import type { TagOut } from "../api/schema";
import styles from "./tags.module.css";

/** The labels of a run: a name with a dot of its colour, which need not be one that can be read. */
export function Tags({ ids, tags }: { ids: string[]; tags: TagOut[] }) {
  const known = ids.flatMap((id) => tags.find((tag) => tag.id === id) ?? []);
  if (known.length === 0) return null;
  return (
    <span className={styles.tags}>
      {known.map((tag) => (
        <span key={tag.id} className={styles.tag}>
          <TagDot color={tag.color} />
          {tag.name}
        </span>
      ))}
    </span>
  );
}

export function TagDot({ color }: { color: string }) {
  return <span aria-hidden="true" className={styles.dot} style={{ backgroundColor: color }} />;
}
