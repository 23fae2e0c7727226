using TorchSharp;
Console.WriteLine(torch.rand(3).ToString(TensorStringStyle.Numpy));
