import WatchkeeperApp

await runCommandLine()
