import ReactMarkdown from "react-markdown";
import styles from "./markdown.module.css";

/** Pictures would be fetched from elsewhere, which the page's policy forbids. */
const LEFT_OUT = ["img"];

/** A text in Markdown, made of elements one by one: HTML in it is shown as it was written. */
export function Markdown({ children }: { children: string }) {
  return (
    <div className={styles.text}>
      <ReactMarkdown
        disallowedElements={LEFT_OUT}
        unwrapDisallowed
        components={{ a: Outside, h1: "h3", h2: "h4", h3: "h5" }}
      >
        {children}
      </ReactMarkdown>
    </div>
  );
}

function Outside({ href, children }: { href?: string; children?: React.ReactNode }) {
  return (
    <a href={href} target="_blank" rel="noreferrer">
      {children}
    </a>
  );
}
