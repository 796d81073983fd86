import Store

/// The back end of an installation's stores. Another back end is its own folder in `Store`, and this line.
typealias Installation = SQLiteInstallation
