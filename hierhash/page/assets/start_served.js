new View(new Served()).start();
