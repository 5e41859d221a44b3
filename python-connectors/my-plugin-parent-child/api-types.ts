/** A company as the API answers. */
export interface Company {
  readonly company_id: string;
  readonly company_name: string;
  /** ISO 8601. */
  readonly updated_at: string;
}

/** A department as the API answers. Its id is unique within its company only. */
export interface Department {
  readonly department_id: string;
  readonly company_id: string;
  readonly department_name: string;
  /** ISO 8601. */
  readonly updated_at: string;
}
