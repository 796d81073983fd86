import Foundation
import HarkenTesting
import Store

/// Fills the database of a data directory, which has no users `year` and `other` yet, with a year of use, with what is there after the first days, or with
/// the latter and a crowd of voices.
@main
enum YearStore {
    /// Arguments: the folder, and `year`, `week` or `crowd`.
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard arguments.count == 2, let folder = arguments.first,
            var year = ["year": YearOfUse.full, "week": .week, "crowd": .crowd][arguments.last ?? ""]
        else {
            FileHandle.standardError.write(Data("year-store: name a folder, and year, week or crowd\n".utf8))
            exit(2)
        }
        // What is older than an installation keeps things is deleted at its start.
        year.end = Int64(Date().timeIntervalSince1970 * 1_000)
        let database = try SQLiteDatabase(in: DataDirectory(creating: folder), durability: .kernel)
        try await database.write { [year] (connection) throws(StoreError) in
            for statement in year.statements { try connection.run(statement.sql, statement.values.map { .integer($0) }) }
        }
        try await database.settle()
    }
}
