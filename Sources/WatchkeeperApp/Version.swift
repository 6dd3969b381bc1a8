/// The version that `--version`, the package and the build information of the API state.
let programVersion = "0.1.0"
