import type { PagingProblem } from 'connector-host';
import type { RestApiConfig } from './rest-api-config.js';

/** What to do about a problem, in the names of connector.json. */
export function adviseFor(config: RestApiConfig): (problem: PagingProblem) => string {
  const type = config.pagination_type ?? 'none';
  return (problem) => {
    switch (problem) {
      case 'same-first-page':
        return type === 'page' && (config.first_page ?? 0) === 0
          ? 'The API seems to take page 0 for page 1: set first_page to 1; or it ignores page_param or page_size_param: correct their names, or set pagination_type to none if one request brings everything.'
          : 'The API seems to ignore the paging parameters: correct their names, or set pagination_type to the way it pages by, or to none if one request brings everything.';
      case 'same-last-page':
        return 'The API seems to give its last page again beyond the end: set on_repeat to stop, or has_more_path or total_path.';
      case 'began-anew':
        return 'The API seems to begin anew after its last page: set on_repeat to stop, or has_more_path or total_path.';
      case 'overlap':
        return 'The API seems to include the last row again, or to fill up its last page: set on_repeat to stop to drop such rows, or to allow to keep them.';
      case 'same-cursor':
        return 'The API seems to ignore the cursor: correct cursor_param, cursor_path or next_url_path; on_repeat stop ends the read there.';
      case 'wrong-type':
        return 'Correct the path named: cursor_path, next_url_path, has_more_path or total_path.';
      case 'too-many-pages':
        return 'Correct the paging parameters: an API with so many pages is hardly meant.';
      case 'offset-cap':
        return 'Set pagination_type to cursor, or read in parts by a filter in query.';
      case 'total':
        return 'Run again; if it stays, set another pagination_type, or leave total_path out where the total is an estimate.';
      case 'no-rows':
        return 'Correct data_path or record_path; set empty_if_missing if the API leaves the list out where there are no rows; an object is a row only with pagination_type none.';
      case 'refused-first-page':
        return type === 'page'
          ? 'Check endpoint and query; where the API counts pages from 1, set first_page to 1.'
          : 'Check base_url, endpoint, query and body.';
      case 'refused-page':
        return 'If the API answers so beyond its last page, add the status to end_status; else check the paging parameters.';
      case 'errors':
        return 'Correct the request; set allow_errors if the rows beside such errors are wanted.';
    }
  };
}
