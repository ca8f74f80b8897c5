import CommandLineInterface

/// The `git-model` executable; everything it does is in `CommandLineInterface`.
@main
enum GitModel {
    static func main() async {
        await Program.main()
    }
}
