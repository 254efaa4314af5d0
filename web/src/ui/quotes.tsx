// Quotations with where they stand, in their own language and the reader's.
import { said, t, type Texts } from "../i18n";
import { language } from "../i18n";
import * as time from "../time";

export interface Quote { text: string; title?: Texts; publisher?: string; date?: string; url?: string; article?: string; quote?: string; language?: string; translation?: Record<string, string> }

export const Quotes = ({ list }: { list: Quote[] | undefined }) => (
  <>
    {(list ?? []).map(q => (
      <figure class="quote">
        {q.quote && <blockquote lang={q.language}>{q.quote}</blockquote>}
        {q.quote && q.language !== language.value && q.translation?.[language.value] && <blockquote class="translation">{q.translation[language.value]}</blockquote>}
        <figcaption>
          {q.article && `${q.article} · `}{q.url ? <a href={q.url} rel="noreferrer">{said(q.title) || q.text}</a> : said(q.title) || q.text}
          {q.publisher && `, ${q.publisher}`}{q.date && `, ${time.date(new Date(q.date))}`}{q.translation?.[language.value] && q.language !== language.value && ` · ${t("quotes.translated")}`}
        </figcaption>
      </figure>
    ))}
  </>
);
