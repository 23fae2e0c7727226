using WithoutTorch;

// What each room below the torch line offers, as their packages' read-me pages show it.
await ContractsExample.Run();
TextExample.Run();
VerifiersExample.Run();
