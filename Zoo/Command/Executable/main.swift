import ZooCommand

ZooCommand.main()
