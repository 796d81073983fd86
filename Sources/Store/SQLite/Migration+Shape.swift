extension Migration {
    /// The parts of a SQLite schema on which statements and rows depend: columns, keys to other tables, indexes, triggers and virtual tables.
    ///
    /// The text of a table is not compared, because versions of SQLite write a changed table in different ways.
    struct Shape {
        /// The parts by name, such as `conversations.call` or `segments_in_order`.
        private var parts: [String: String] = [:]

        init(of connection: SQLiteConnection) throws(StoreError) {
            func add(_ statement: StaticString) throws(StoreError) {
                try connection.run(statement) { (row) throws(StoreError) in
                    parts[row.text(0) ?? ""] = MigrationContent.inOneLine(row.text(1) ?? "")
                }
            }
            try add(
                """
                SELECT t.name || '.' || c.name,
                c.type || ' ' || c."notnull" || ' ' || coalesce(c.dflt_value, '-') || ' ' || c.pk || ' ' || c.hidden || ' ' || t.wr || ' ' || t.strict
                FROM pragma_table_list t JOIN pragma_table_xinfo(t.name) c WHERE t.schema = 'main' AND t.type = 'table'
                """)
            try add(
                """
                SELECT t.name || '.' || f."from" || ' to ' || f."table", f.on_delete
                FROM pragma_table_list t JOIN pragma_foreign_key_list(t.name) f WHERE t.schema = 'main' AND t.type = 'table'
                """)
            try add(
                """
                SELECT name, sql FROM sqlite_schema
                WHERE type IN ('index', 'trigger') AND sql IS NOT NULL OR type = 'table' AND sql LIKE 'CREATE VIRTUAL %'
                """)
        }

        /// Makes the shape that some steps give an empty database.
        init(of steps: ArraySlice<Migration>) throws(StoreError) {
            let connection = try SQLiteConnection.open(":memory:", .readWrite)
            for step in steps { for statement in step.statements { try connection.run(statement) } }
            try self.init(of: connection)
        }

        /// Returns the names of the parts that are missing here or are others, sorted. Parts that only this shape has are somebody's own, such as
        /// another index.
        func differences(from expected: Shape) -> [String] {
            expected.parts.filter { parts[$0.key] != $0.value }.keys.sorted()
        }
    }
}
