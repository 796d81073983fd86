/// Notes that words were deleted which are still in the pages of the index.
enum Erasure {
    static func note(on connection: borrowing SQLiteConnection) throws(StoreError) {
        try connection.run(
            "INSERT INTO erasures (number, deletions) VALUES (1, 1) ON CONFLICT (number) DO UPDATE SET deletions = deletions + 1")
    }
}
